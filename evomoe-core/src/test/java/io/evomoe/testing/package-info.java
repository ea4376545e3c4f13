/** What tests of every module share: laws to inherit, reference vectors, checks. */
@NullMarked
package io.evomoe.testing;

import org.jspecify.annotations.NullMarked;
