/** Arrays of parameters without memory, and the workspaces of a pass. */
@NullMarked
package io.evomoe.internal.arrays;

import org.jspecify.annotations.NullMarked;
