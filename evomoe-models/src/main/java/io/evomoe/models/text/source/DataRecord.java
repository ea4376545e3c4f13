package io.evomoe.models.text.source;

import java.util.List;

/**
 * The requested fields of a record.
 *
 * @param line line of the file where it begins, counted from 1; for Parquet the row
 * @param values of the fields, none blank; line ends in them are {@code \n}
 */
public record DataRecord(long line, List<String> values) {}
