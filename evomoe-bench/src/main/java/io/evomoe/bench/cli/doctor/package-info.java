/** What of a machine a run depends on: what is slow or missing there, and what to do. */
@NullMarked
package io.evomoe.bench.cli.doctor;

import org.jspecify.annotations.NullMarked;
