/** What commands say and hear: lines, progress, signals, errors, and how much memory they take. */
@NullMarked
package io.evomoe.bench.cli.console;

import org.jspecify.annotations.NullMarked;
