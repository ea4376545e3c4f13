/** What a run leaves behind: curves.csv, result.json, report.html and the table on stdout. */
@NullMarked
package io.evomoe.bench.report;

import org.jspecify.annotations.NullMarked;
