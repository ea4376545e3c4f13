package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/** A compiled oneDNN primitive with its argument slots; executed on addresses. */
final class Primitive {
  private final dnnl_primitive primitive;
  private final dnnl_exec_arg_t arguments;
  private final dnnl_memory[] memories;
  private final Address[] addresses;

  private Primitive(dnnl_primitive_desc description, List<Slot> slots) {
    this.primitive = new dnnl_primitive();
    Dnnl.check(dnnl_primitive_create(primitive, description), "create a primitive");
    int n = slots.size();
    this.arguments = new dnnl_exec_arg_t(n);
    this.memories = new dnnl_memory[n];
    this.addresses = new Address[n];
    for (int i = 0; i < n; i++) {
      memories[i] = new dnnl_memory();
      addresses[i] = new Address();
      Dnnl.check(
          dnnl_memory_create(memories[i], slots.get(i).memory(), Dnnl.engine(), addresses[i]),
          "create memory");
      arguments.position(i);
      arguments.arg(slots.get(i).argument());
      arguments.memory(memories[i]);
    }
    arguments.position(0);
    // The primitive has a copy of its description: 300 KiB for a product.
    dnnl_primitive_desc_destroy(description);
    slots.stream().map(Slot::memory).distinct().forEach(dnnl::dnnl_memory_desc_destroy);
  }

  /** Frees what oneDNN holds; no call may follow. */
  synchronized void release() {
    for (dnnl_memory memory : memories) {
      dnnl_memory_destroy(memory);
    }
    dnnl_primitive_destroy(primitive);
  }

  /** Runs on one address a slot, in the order in which the slots were added. */
  synchronized void execute(long... slotAddresses) {
    for (int i = 0; i < memories.length; i++) {
      dnnl_memory_set_data_handle(memories[i], addresses[i].at(slotAddresses[i]));
    }
    Dnnl.check(
        dnnl_primitive_execute(primitive, Dnnl.stream(), memories.length, arguments),
        "execute a primitive");
  }

  /** Collects the argument slots of a primitive. */
  static final class Builder {
    private final dnnl_primitive_desc description;
    private final List<Slot> slots = new ArrayList<>();

    Builder(dnnl_primitive_desc description) {
      this.description = description;
    }

    Builder slot(int argument, dnnl_memory_desc memory) {
      slots.add(new Slot(argument, memory));
      return this;
    }

    Primitive build() {
      return new Primitive(description, slots);
    }
  }

  private record Slot(int argument, dnnl_memory_desc memory) {}
}
