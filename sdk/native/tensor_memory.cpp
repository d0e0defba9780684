// Where the tensors of the processor lie. malloc asks the system for every large block anew and gives it back at once, and each page of a new
// block costs a fault and a clearing: a fifth of a training step, a quarter of decoding. Here a freed block is kept for the next tensor.
// That costs no memory: live and kept together never exceed what was live at the most. Where a new block would make them, the kept one of
// the nearest size is stretched or cut, which saves the pages that it has, and the oldest go.

#include "lethe_torch.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

namespace {

constexpr size_t page = 4096;
constexpr size_t smallest = size_t{128} << 10;  // Smaller ones malloc keeps by itself.

class TensorMemory {
  public:
    // A block of at least `wanted` bytes, or null when the system has none.
    void *take(size_t wanted) {
        const auto size = (wanted + page - 1) / page * page;
        std::lock_guard<std::mutex> lock(mutex_);
        const auto fit = by_size_.lower_bound(size);
        if (fit != by_size_.end() && fit->first <= size + size / 8) {
            const auto block = *fit->second;
            forget(fit);
            return use(block.first, block.second);
        }
        const auto room = std::max(peak_, live_ + size) - live_ - size;
        auto data = kept_ > room ? resize(nearest(size), size) : nullptr;
        shrink(room);
        if (data == nullptr)
            data = map(size);
        if (data == nullptr) {
            shrink(0);
            data = map(size);
        }
        return data == nullptr ? nullptr : use(data, size);
    }

    // False when the block is not from here.
    bool give_back(void *data) {
        std::lock_guard<std::mutex> lock(mutex_);
        const auto known = sizes_.find(data);
        if (known == sizes_.end())
            return false;
        const auto size = known->second;
        sizes_.erase(known);
        live_ -= size;
        newest_first_.emplace_front(data, size);
        by_size_.emplace(size, newest_first_.begin());
        kept_ += size;
        shrink(most_kept_);
        return true;
    }

    void measure(int64_t *live, int64_t *kept, int64_t *peak) {
        std::lock_guard<std::mutex> lock(mutex_);
        *live = static_cast<int64_t>(live_);
        *kept = static_cast<int64_t>(kept_);
        *peak = static_cast<int64_t>(peak_);
    }

  private:
    using Block = std::pair<void *, size_t>;
    using BySize = std::multimap<size_t, std::list<Block>::iterator>;

    static void *map(size_t size) {
        const auto data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return data == MAP_FAILED ? nullptr : data;
    }

    BySize::iterator nearest(size_t size) {
        const auto above = by_size_.lower_bound(size);
        if (above == by_size_.begin())
            return above;
        const auto below = std::prev(above);
        return above == by_size_.end() || size - below->first <= above->first - size ? below : above;
    }

    void *resize(BySize::iterator which, size_t size) {
        const auto block = *which->second;
        forget(which);
        const auto data = mremap(block.first, block.second, size, MREMAP_MAYMOVE);
        if (data != MAP_FAILED)
            return data;
        munmap(block.first, block.second);
        return nullptr;
    }

    void *use(void *data, size_t size) {
        sizes_.emplace(data, size);
        live_ += size;
        peak_ = std::max(peak_, live_);
        return data;
    }

    void forget(BySize::iterator which) {
        kept_ -= which->first;
        newest_first_.erase(which->second);
        by_size_.erase(which);
    }

    void shrink(size_t most) {
        while (kept_ > most) {
            const auto oldest = std::prev(newest_first_.end());
            const auto same = by_size_.equal_range(oldest->second);
            const auto block = *oldest;
            forget(std::find_if(same.first, same.second, [&](const BySize::value_type &entry) { return entry.second == oldest; }));
            munmap(block.first, block.second);
        }
    }

    // What a model that was let go leaves behind: at most an eighth of the machine's memory.
    const size_t most_kept_ = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 8;
    std::mutex mutex_;
    std::unordered_map<void *, size_t> sizes_;
    std::list<Block> newest_first_;
    BySize by_size_;
    size_t live_ = 0, kept_ = 0, peak_ = 0;
};

// Never destroyed: tensors may outlive every static object.
TensorMemory &memory() {
    static auto *instance = new TensorMemory;
    return *instance;
}

void release(void *data) {
    if (reinterpret_cast<uintptr_t>(data) % page != 0 || !memory().give_back(data))
        c10::free_cpu(data);
}

class TensorAllocator final : public c10::Allocator {
  public:
    // One of the two overrides: libtorch dropped the const at 2.3, where it also asks for copy_data.
    c10::DataPtr allocate(size_t bytes) const { return block(bytes); }

    c10::DataPtr allocate(size_t bytes) { return block(bytes); }

    void copy_data(void *target, const void *source, size_t bytes) const { std::memcpy(target, source, bytes); }

    c10::DeleterFnPtr raw_deleter() const override { return &release; }

  private:
    static c10::DataPtr block(size_t bytes) {
        auto data = bytes >= smallest ? memory().take(bytes) : nullptr;
        if (data == nullptr)
            data = c10::alloc_cpu(bytes);  // Throws when there is no memory, and says how much was asked for.
        return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
    }
};

const auto registered = [] {
    c10::SetCPUAllocator(new TensorAllocator, 1);
    return true;
}();

}  // namespace

void lt_tensor_memory(int64_t *live, int64_t *kept, int64_t *peak) { memory().measure(live, kept, peak); }
