@NullMarked
package io.evomoe.models.text.classes;

import org.jspecify.annotations.NullMarked;
