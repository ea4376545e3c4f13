/** The commands that measure speed and repeatability on this machine. */
@NullMarked
package io.evomoe.bench.cli.bench;

import org.jspecify.annotations.NullMarked;
