/** Tests of the command line. */
@NullMarked
package io.evomoe.bench.cli;

import org.jspecify.annotations.NullMarked;
