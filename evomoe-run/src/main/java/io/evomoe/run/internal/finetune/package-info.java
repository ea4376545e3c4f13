/** Fine-tuning of a pre-trained RoBERTa, measured against what it has to beat. */
@NullMarked
package io.evomoe.run.internal.finetune;

import org.jspecify.annotations.NullMarked;
