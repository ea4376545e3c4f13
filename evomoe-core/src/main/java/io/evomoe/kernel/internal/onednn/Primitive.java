package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_clone;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_exec_arg_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A compiled oneDNN primitive, executed on addresses. Several threads may execute it at the same
 * time, each with its own argument slots and working memory.
 */
final class Primitive {
  private static final Scratch WORKING_MEMORY = new Scratch(DataType.FLOAT);

  private final dnnl_primitive primitive = new dnnl_primitive();
  private final List<Slot> slots;
  private final long workingBytes;
  private final Queue<Arguments> idle = new ConcurrentLinkedQueue<>();

  /** One for the cache, and one for each promised execution. */
  private final AtomicInteger users = new AtomicInteger(1);

  private Primitive(dnnl_primitive_desc description, List<Slot> slots) {
    Dnnl.check(dnnl_primitive_create(primitive, description), "create a primitive");
    dnnl_memory_desc working =
        dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, DNNL_ARG_SCRATCHPAD);
    this.workingBytes = working == null ? 0 : dnnl_memory_desc_get_size(working);
    this.slots = slots.stream().map(Slot::copy).collect(Collectors.toCollection(ArrayList::new));
    if (workingBytes > 0) {
      this.slots.add(new Slot(DNNL_ARG_SCRATCHPAD, working).copy());
    }
    Dnnl.destroyDescriptions();
  }

  /** Returns a primitive that copies elements between memories of any type and layout. */
  static Primitive copy(dnnl_memory_desc from, dnnl_memory_desc to) {
    dnnl_primitive_desc description =
        Dnnl.describe(
            "a copy",
            made ->
                dnnl_reorder_primitive_desc_create(
                    made, from, Dnnl.engine(), to, Dnnl.engine(), Dnnl.attributes()));
    return new Builder(description).slots(from, DNNL_ARG_FROM).slots(to, DNNL_ARG_TO).build();
  }

  /** Promises one execution. Nothing is freed before it. */
  Primitive promised() {
    users.incrementAndGet();
    return this;
  }

  /**
   * Executes the promised run with one address per slot, in the order in which the slots were
   * added.
   */
  void execute(long... slotAddresses) {
    Arguments arguments = idle.poll();
    if (arguments == null) {
      arguments = new Arguments(slots);
    }
    arguments.aim(slotAddresses, workingBytes);
    Dnnl.check(
        dnnl_primitive_execute(primitive, Dnnl.stream(), slots.size(), arguments.values),
        "execute a primitive");
    idle.add(arguments);
    release();
  }

  /** Ends one use. The last one frees the memory of oneDNN. */
  void release() {
    if (users.decrementAndGet() == 0) {
      idle.forEach(Arguments::free);
      slots.forEach(slot -> dnnl_memory_desc_destroy(slot.memory));
      dnnl_primitive_destroy(primitive);
    }
  }

  /** The arguments of one execution at a time. */
  private static final class Arguments {
    private final dnnl_exec_arg_t values;
    private final dnnl_memory[] memories;
    private final Address[] addresses;

    Arguments(List<Slot> slots) {
      int n = slots.size();
      this.values = new dnnl_exec_arg_t(n);
      this.memories = new dnnl_memory[n];
      this.addresses = new Address[n];
      for (int i = 0; i < n; i++) {
        memories[i] = new dnnl_memory();
        addresses[i] = new Address();
        Dnnl.check(
            dnnl_memory_create(memories[i], slots.get(i).memory(), Dnnl.engine(), addresses[i]),
            "create memory");
        values.position(i);
        values.arg(slots.get(i).argument());
        values.memory(memories[i]);
      }
      values.position(0);
    }

    void aim(long[] slotAddresses, long workingBytes) {
      for (int i = 0; i < slotAddresses.length; i++) {
        aim(i, slotAddresses[i]);
      }
      if (workingBytes > 0) {
        long floats = (workingBytes + Float.BYTES - 1) / Float.BYTES;
        aim(slotAddresses.length, WORKING_MEMORY.address(floats));
      }
    }

    private void aim(int slot, long address) {
      dnnl_memory_set_data_handle(memories[slot], addresses[slot].at(address));
    }

    void free() {
      for (dnnl_memory memory : memories) {
        dnnl_memory_destroy(memory);
      }
    }
  }

  /** Collects the argument slots of a primitive. */
  static final class Builder {
    private final dnnl_primitive_desc description;
    private final List<Slot> slots = new ArrayList<>();

    Builder(dnnl_primitive_desc description) {
      this.description = description;
    }

    /** Adds slots for arguments with the same layout. */
    Builder slots(dnnl_memory_desc memory, int... arguments) {
      for (int argument : arguments) {
        slots.add(new Slot(argument, memory));
      }
      return this;
    }

    Primitive build() {
      return new Primitive(description, slots);
    }
  }

  private record Slot(int argument, dnnl_memory_desc memory) {
    Slot copy() {
      dnnl_memory_desc own = new dnnl_memory_desc();
      Dnnl.check(dnnl_memory_desc_clone(own, memory), "describe the memory of a slot");
      return new Slot(argument, own);
    }
  }
}
