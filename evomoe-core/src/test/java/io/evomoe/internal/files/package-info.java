/** Tests of files and folders. */
@NullMarked
package io.evomoe.internal.files;

import org.jspecify.annotations.NullMarked;
