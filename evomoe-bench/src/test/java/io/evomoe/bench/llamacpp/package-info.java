@NullMarked
package io.evomoe.bench.llamacpp;

import org.jspecify.annotations.NullMarked;
