package io.evomoe.kernel.internal.torch;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * ND4J's native operations on the CPU, with all arrays in memory of a subclass, inside and outside
 * of workspaces. ND4J instantiates the class in {@link #PROPERTY} when it starts.
 */
abstract class OwnMemory extends Nd4jCpu {
  static final String PROPERTY = "native.ops";

  private static final int TRIES = 5;
  private static final long PATIENCE_MILLIS = 50;

  private final ConcurrentSkipListMap<Long, Long> sizes = new ConcurrentSkipListMap<>();
  private final Map<Long, Block> blocks = new ConcurrentHashMap<>();
  private long used;

  /** Returns this process's instance, if ND4J uses one; starts ND4J. */
  static Optional<OwnMemory> ofNd4j() {
    Nd4j.getBackend();
    NativeOps used = NativeOpsHolder.getInstance().getDeviceNativeOps();
    return used instanceof OwnMemory own ? Optional.of(own) : Optional.empty();
  }

  /** Returns this number of zeroed bytes, or null if there is no more memory. */
  abstract @Nullable Pointer take(long bytes);

  /** Frees memory of {@link #take}. */
  abstract void giveBack(Pointer memory);

  /** Returns the maximum number of allocated bytes. */
  abstract long cap();

  /** Whether an address is in memory of ours. */
  boolean holds(long address) {
    Map.Entry<Long, Long> below = sizes.floorEntry(address);
    return below != null && address < below.getKey() + below.getValue();
  }

  @Override
  public Pointer mallocHost(long bytes, int flags) {
    return taken(bytes);
  }

  @Override
  public int freeHost(Pointer memory) {
    release(memory);
    return 1;
  }

  @Override
  public OpaqueDataBuffer allocateDataBuffer(long elements, int type, boolean both) {
    return dbAllocateDataBuffer(elements, type, both);
  }

  @Override
  public OpaqueDataBuffer dbAllocateDataBuffer(long elements, int type, boolean both) {
    int width = DataType.fromInt(type).width();
    if (elements == 0 || width == 0) {
      return super.dbAllocateDataBuffer(elements, type, both);
    }
    Block block = new Block(width, taken(elements * width), elements * width);
    OpaqueDataBuffer buffer = super.dbCreateExternalDataBuffer(elements, type, block.memory, null);
    blocks.put(buffer.address(), block);
    return buffer;
  }

  @Override
  public OpaqueDataBuffer dbCreateView(OpaqueDataBuffer buffer, long bytes, long offset) {
    OpaqueDataBuffer view = super.dbCreateView(buffer, bytes, offset);
    Block block = blocks.get(buffer.address());
    if (block != null) {
      block.holders.incrementAndGet();
      blocks.put(view.address(), block);
    }
    return view;
  }

  @Override
  public void dbExpandBuffer(OpaqueDataBuffer buffer, long elements) {
    dbExpand(buffer, elements);
  }

  @Override
  public void dbExpand(OpaqueDataBuffer buffer, long elements) {
    Block block = blocks.get(buffer.address());
    if (block == null) {
      super.dbExpand(buffer, elements);
      return;
    }
    long bytes = elements * block.width;
    Block larger = new Block(block.width, taken(bytes), bytes);
    Pointer.memcpy(larger.memory, super.dbPrimaryBuffer(buffer), Math.min(block.bytes, bytes));
    super.dbSetPrimaryBuffer(buffer, larger.memory, elements);
    blocks.put(buffer.address(), larger);
    letGo(block);
  }

  @Override
  public void dbClose(OpaqueDataBuffer buffer) {
    Block block = blocks.get(buffer.address());
    super.dbClose(buffer);
    if (block != null) {
      release(block);
    }
  }

  @Override
  public void deleteDataBuffer(OpaqueDataBuffer buffer) {
    Block block = blocks.remove(buffer.address());
    super.deleteDataBuffer(buffer);
    if (block != null) {
      letGo(block);
    }
  }

  private void letGo(Block block) {
    if (block.holders.decrementAndGet() == 0) {
      release(block);
    }
  }

  /** Frees memory once, because a closed array is deleted again later. */
  private void release(Block block) {
    if (!block.released.getAndSet(true)) {
      release(block.memory);
    }
  }

  private Pointer taken(long bytes) {
    for (int i = 0; i < TRIES; i++) {
      Pointer memory = tryToTake(bytes);
      if (memory != null) {
        return memory;
      }
      waitForGarbage();
    }
    throw new OutOfMemoryError(
        "arrays of %s were asked for beside %s that are there, and %s are allowed"
            .formatted(
                CudaOptions.inGibi(bytes), CudaOptions.inGibi(used), CudaOptions.inGibi(cap())));
  }

  private synchronized @Nullable Pointer tryToTake(long bytes) {
    if (bytes > cap() - used) {
      return null;
    }
    Pointer memory = take(bytes);
    if (memory != null) {
      used += bytes;
      sizes.put(memory.address(), bytes);
    }
    return memory;
  }

  synchronized void release(Pointer memory) {
    Long bytes = sizes.remove(memory.address());
    if (bytes != null) {
      used -= bytes;
      giveBack(memory);
    }
  }

  /** Unreferenced arrays are freed only after Java's garbage collection. */
  private static void waitForGarbage() {
    System.gc();
    try {
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Memory of an array and its views. */
  private record Block(
      int width, Pointer memory, long bytes, AtomicInteger holders, AtomicBoolean released) {

    Block(int width, Pointer memory, long bytes) {
      this(width, memory, bytes, new AtomicInteger(1), new AtomicBoolean());
    }
  }
}
