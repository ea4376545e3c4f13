/** The code that the documentation shows. */
@NullMarked
package io.evomoe.bench.example;

import org.jspecify.annotations.NullMarked;
