/** The study: which runs it has, what is recorded of them, and its tables. */
@NullMarked
package io.evomoe.bench.study;

import org.jspecify.annotations.NullMarked;
