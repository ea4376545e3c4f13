@NullMarked
package io.evomoe.junit;

import org.jspecify.annotations.NullMarked;
