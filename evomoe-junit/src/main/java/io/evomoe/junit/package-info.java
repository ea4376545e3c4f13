/**
 * Training curves as tests in JUnit Jupiter. A curve is recorded once; every later run of the
 * training must follow it.
 */
@NullMarked
package io.evomoe.junit;

import org.jspecify.annotations.NullMarked;
