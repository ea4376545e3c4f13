/** Files and folders on the disk: who may write them, and how they go without a trace. */
@NullMarked
package io.evomoe.internal.files;

import org.jspecify.annotations.NullMarked;
