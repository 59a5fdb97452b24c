#include "net/read_batch.hpp"

namespace gnutella::net {

std::unique_ptr<ReadBatch> ReadBatchPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!kept_.empty()) {
            auto batch = std::move(kept_.back());
            kept_.pop_back();
            return batch;
        }
    }
    return std::make_unique<ReadBatch>(capacity_);
}

void ReadBatchPool::give_back(std::unique_ptr<ReadBatch> batch) {
    batch->clear();
    const std::lock_guard lock(mutex_);
    if (kept_.size() < max_kept) {
        kept_.push_back(std::move(batch));
    }
}

}  // namespace gnutella::net
