/** Where native code of libraries is unpacked: to folders that nobody else can write to. */
@NullMarked
package io.evomoe.internal.natives;

import org.jspecify.annotations.NullMarked;
