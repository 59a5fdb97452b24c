#include "net/memory_fetches.hpp"

#include "content_hasher.hpp"
#include "net/memory_fetcher.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <span>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

struct MemoryFetches::Fetch {
    Fetch(asio::any_io_executor own_strand, Hit what) : strand(std::move(own_strand)), hit(std::move(what)) {}

    const asio::any_io_executor strand;
    const Hit hit;
    std::string content;
    asio::cancellation_signal cancel;
};

void MemoryFetches::start(Hit hit, std::function<void(error_code, std::string)> done) {
    std::shared_ptr<Fetch> fetch;
    {
        const std::scoped_lock lock(mutex_);
        if (!stopped_ && hit.urn && hit.size <= max_size && fetches_.size() < most_at_once) {
            fetch = std::make_shared<Fetch>(asio::make_strand(executor_), std::move(hit));
            fetches_.push_back(fetch);
        }
    }
    if (!fetch) {
        done(Error::no_source, {});
        return;
    }
    auto ended = [self = shared_from_this(), fetch, done = std::move(done)](const std::exception_ptr& failure,
                                                                            error_code error) {
        bool stopped = false;
        {
            const std::scoped_lock lock(self->mutex_);
            self->fetches_.remove(fetch);
            stopped = self->stopped_;
        }
        if (failure) {
            error = make_error_code(boost::system::errc::not_enough_memory);
        }
        done(stopped ? error_code(Error::stopped) : error, std::move(fetch->content));
    };
    asio::co_spawn(fetch->strand, run(shared_from_this(), fetch),
                   asio::bind_cancellation_slot(fetch->cancel.slot(), std::move(ended)));
}

asio::awaitable<error_code> MemoryFetches::run(std::shared_ptr<MemoryFetches> self, std::shared_ptr<Fetch> fetch) {
    SourceDialler dialler(fetch->strand, *self->service_);
    const auto use = [&self, &fetch](auto& way) {
        fetch->content.clear();
        return fetch_into_memory(*self->service_, fetch->strand, fetch->hit, fetch->content, way);
    };
    const error_code error = co_await dialler.reach(fetch->hit, use);
    if (error) {
        co_return error;
    }
    ContentHasher hasher;
    hasher.update(std::as_bytes(std::span(fetch->content)));
    const Urn urn = hasher.finish();
    co_return urn.same_file(*fetch->hit.urn) ? error_code{} : error_code(Error::hash_mismatch);
}

void MemoryFetches::stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    for (const auto& fetch : fetches_) {
        // Emitted where nothing of what it ends is running.
        asio::post(fetch->strand, [fetch] { fetch->cancel.emit(asio::cancellation_type::terminal); });
    }
}

}  // namespace gnutella::net
