/** Arrays of parameters without memory, and the workspaces of a pass. */
@NullMarked
package io.evomoe.nn.internal;

import org.jspecify.annotations.NullMarked;
