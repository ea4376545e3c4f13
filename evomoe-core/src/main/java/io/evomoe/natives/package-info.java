/** Where native code of libraries is unpacked: to folders that nobody else can write to. */
@NullMarked
package io.evomoe.natives;

import org.jspecify.annotations.NullMarked;
