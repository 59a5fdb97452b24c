#pragma once

#include <gnutella/event.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gnutella::net {

/// Who watches. Subscribing is thread-safe; emitting is done on one strand.
class EventHub {
  public:
    /// @param executor what a handler throws is thrown by a task of it: the other handlers are called all the same.
    explicit EventHub(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// The handler lives as long as what is returned.
    std::shared_ptr<void> subscribe(EventHandler handler);

    /// Whether anybody watches: what nobody sees need not be put together.
    bool watched();

    void emit(const Event& event);

  private:
    using Handlers = std::vector<std::weak_ptr<EventHandler>>;

    std::shared_ptr<const Handlers> current();

    const boost::asio::any_io_executor executor_;
    std::mutex mutex_;
    std::shared_ptr<const Handlers> handlers_ = std::make_shared<Handlers>();  // replaced, never changed
};

}  // namespace gnutella::net
