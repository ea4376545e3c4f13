/** Tasks without the command line. */
@NullMarked
package io.evomoe.bench.task;

import org.jspecify.annotations.NullMarked;
