/** Loads undici before a test starts its clocks; the server loads it with its first request, which can outlast 30 ms. */
import '../../server/platform/dispatchers.ts';
