#include "net/download_log.hpp"

#include <utility>

namespace gnutella::net {

void DownloadLog::use(std::shared_ptr<store::Store> store) {
    {
        const std::scoped_lock lock(mutex_);
        store_ = std::move(store);
    }
    begin_when_possible();
}

void DownloadLog::write(Task task) {
    {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    begin_when_possible();
}

void DownloadLog::begin_when_possible() {
    {
        const std::scoped_lock lock(mutex_);
        if (working_ || !store_ || tasks_.empty()) {
            return;
        }
        working_ = true;
    }
    disk_->submit([self = shared_from_this()](DiskQueue::Admission) { self->work(); });
}

void DownloadLog::work() {
    for (;;) {
        Task task;
        std::shared_ptr<store::Store> store;
        {
            const std::scoped_lock lock(mutex_);
            if (tasks_.empty()) {
                working_ = false;
                return;
            }
            task = std::move(tasks_.front());
            tasks_.pop_front();
            store = store_;
        }
        task(*store);
    }
}

}  // namespace gnutella::net
