/** JMH benchmarks of the kernels and of what the gates do on the host. */
@NullMarked
package io.evomoe.bench.jmh;

import org.jspecify.annotations.NullMarked;
