package io.sluice.app.replay;

import java.util.Optional;

/**
 * What came of a conversation.
 *
 * @param failure why it could not be held to its end
 * @param divergence the first, when answers are compared
 * @param silent whether it ended because the server neither ended it nor said more
 */
record Outcome(Optional<String> failure, Optional<Divergence> divergence, boolean silent) {}
