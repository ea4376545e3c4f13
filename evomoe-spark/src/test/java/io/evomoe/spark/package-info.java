@NullMarked
package io.evomoe.spark;

import org.jspecify.annotations.NullMarked;
