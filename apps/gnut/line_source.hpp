#pragma once

#include "awaiting.hpp"

#include <optional>
#include <string>

namespace gnut {

/// Where a person's, or a script's, lines come from.
class LineSource {
  public:
    virtual ~LineSource() = default;

    /// The next line, without its newline; nullopt at the end.
    virtual awaitable<std::optional<std::string>> next() = 0;

    /// Puts this before the line that is waited for; what has been typed of it is dropped.
    virtual void ask(std::string question) = 0;

    /// Takes the line that is being typed off the screen, so that something can be printed in its place.
    virtual void hide() = 0;
    /// Draws it again.
    virtual void show() = 0;
};

}  // namespace gnut
