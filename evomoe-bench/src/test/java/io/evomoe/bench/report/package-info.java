/** Tests of the report files. */
@NullMarked
package io.evomoe.bench.report;

import org.jspecify.annotations.NullMarked;
