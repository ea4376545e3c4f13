package io.evomoe.models.text.source;

import java.util.List;

/**
 * What was wanted of a record.
 *
 * @param line of the file where it begins, from 1; of Parquet the row
 * @param values of the fields, none blank; line ends in them are {@code \n}
 */
public record DataRecord(long line, List<String> values) {}
