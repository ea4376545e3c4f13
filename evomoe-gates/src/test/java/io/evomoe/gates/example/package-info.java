/** The gate that CONTRIBUTING shows, as a user's own jar would hold it. */
@NullMarked
package io.evomoe.gates.example;

import org.jspecify.annotations.NullMarked;
