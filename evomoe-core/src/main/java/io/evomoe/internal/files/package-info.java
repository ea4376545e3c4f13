/** Files and folders on the disk: locks, atomic writes and cleanup. */
@NullMarked
package io.evomoe.internal.files;

import org.jspecify.annotations.NullMarked;
