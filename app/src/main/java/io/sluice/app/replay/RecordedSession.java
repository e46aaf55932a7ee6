package io.sluice.app.replay;

/**
 * A session as it was recorded.
 *
 * @param name what messages call it: its file, or its capture and addresses
 * @param toServer what is sent again
 * @param toClient what the server answered; {@link RecordedStream#NONE} when that was not recorded
 * @param answersRecorded whether it was
 * @param timed whether the recording has times
 * @param startNs when it began; 0 without times
 */
record RecordedSession(
    String name,
    RecordedStream toServer,
    RecordedStream toClient,
    boolean answersRecorded,
    boolean timed,
    long startNs) {}
