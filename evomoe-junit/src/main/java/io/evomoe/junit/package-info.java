/**
 * Training curves as tests in JUnit Jupiter: a curve is recorded once, and from then on every run
 * of the training must follow it.
 */
@NullMarked
package io.evomoe.junit;

import org.jspecify.annotations.NullMarked;
