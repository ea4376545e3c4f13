/** Gates, routing, expert layers, dispatch and combine. */
@NullMarked
package io.evomoe.moe;

import org.jspecify.annotations.NullMarked;
