#pragma once

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gnutella::detail {

/// A completion handler of any type, with its executor and its cancellation slot, called at most once: what lets the
/// library's async functions be compiled while they take any completion token. (Asio has such a thing from 1.26 on.)
template <class... Args>
class Completion {
  public:
    Completion() = default;

    template <class Handler>
    requires(!std::is_same_v<std::decay_t<Handler>, Completion>)
        Completion(Handler&& handler, const boost::asio::any_io_executor& fallback)
        : holder_(std::make_unique<Holder<std::decay_t<Handler>>>(std::forward<Handler>(handler), fallback)) {}

    explicit operator bool() const noexcept { return holder_ != nullptr; }

    /// Posts the handler, with these arguments, to its own executor, and is empty afterwards.
    void operator()(Args... args) {
        auto holder = std::move(holder_);
        holder->complete(std::move(args)...);
    }

    /// `cancel` is called, in whichever thread emits it, when the operation is to be cancelled; perhaps also shortly
    /// after the operation has completed. It may complete it.
    void on_cancel(std::function<void()> cancel) { holder_->on_cancel(std::move(cancel)); }

  private:
    struct Base {
        virtual ~Base() = default;
        virtual void complete(Args... args) = 0;
        virtual void on_cancel(std::function<void()> cancel) = 0;
    };

    template <class Handler>
    struct Holder final : Base {
        template <class H>
        Holder(H&& h, const boost::asio::any_io_executor& fallback)
            : handler(std::forward<H>(h)),
              executor(boost::asio::prefer(
                  boost::asio::any_io_executor(boost::asio::get_associated_executor(handler, fallback)),
                  boost::asio::execution::outstanding_work.tracked)) {}

        void complete(Args... args) override {
            boost::asio::post(
                executor, [handler = std::move(handler), values = std::tuple<Args...>(std::move(args)...)]() mutable {
                    // Here and not before: only where the handler runs can nobody be emitting a signal.
                    auto slot = boost::asio::get_associated_cancellation_slot(handler);
                    if (slot.is_connected()) {
                        slot.clear();
                    }
                    std::apply(std::move(handler), std::move(values));
                });
        }

        void on_cancel(std::function<void()> cancel) override {
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([cancel = std::move(cancel)](boost::asio::cancellation_type) { cancel(); });
            }
        }

        Handler handler;
        boost::asio::any_io_executor executor;
    };

    std::unique_ptr<Base> holder_;
};

}  // namespace gnutella::detail
