/** Tests of files and folders. */
@NullMarked
package io.evomoe.files;

import org.jspecify.annotations.NullMarked;
