/** Fine-tuning of a pre-trained RoBERTa, compared with baselines. */
@NullMarked
package io.evomoe.run.internal.finetune;

import org.jspecify.annotations.NullMarked;
