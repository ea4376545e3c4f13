package io.evomoe.bench.report;

import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param title above it
 * @param cell of each row
 * @param <T> a row
 */
public record Column<T>(String title, Function<T, String> cell) {}
