#pragma once

#include <gnutella/event.hpp>

#include <memory>
#include <mutex>
#include <vector>

namespace gnutella::net {

/// Who watches. Subscribing is thread-safe; emitting is done on one strand.
class EventHub {
  public:
    /// The handler lives as long as what is returned.
    std::shared_ptr<void> subscribe(EventHandler handler);

    /// Whether anybody watches: what nobody sees need not be put together.
    bool watched();

    void emit(const Event& event);

  private:
    using Handlers = std::vector<std::weak_ptr<EventHandler>>;

    std::shared_ptr<const Handlers> current();

    std::mutex mutex_;
    std::shared_ptr<const Handlers> handlers_ = std::make_shared<Handlers>();  // replaced, never changed
};

}  // namespace gnutella::net
