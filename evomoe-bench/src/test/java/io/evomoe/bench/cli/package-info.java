/** The command line as a user meets it. */
@NullMarked
package io.evomoe.bench.cli;

import org.jspecify.annotations.NullMarked;
