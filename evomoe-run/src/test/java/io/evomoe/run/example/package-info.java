/** Programs that the documentation shows. */
@NullMarked
package io.evomoe.run.example;

import org.jspecify.annotations.NullMarked;
