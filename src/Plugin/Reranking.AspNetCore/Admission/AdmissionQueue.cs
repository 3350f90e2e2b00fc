using System.Globalization;
using Microsoft.AspNetCore.Http;
using Reranking.AspNetCore.Protocol;

namespace Reranking.AspNetCore.Admission;

/// <summary>Lets in as many tokens as may wait, and lets clients take turns.</summary>
/// <remarks>Thread-safe. The engine shares its processors among the requests that run; this decides whose requests those are.</remarks>
internal sealed class AdmissionQueue
{
    private const int LongestRetrySeconds = 60;

    private readonly object _lock = new();
    private readonly long _maxTokensOfOneClient;
    private readonly long _maxTokens;
    private readonly int _maxRunning;
    private readonly ThroughputMeter _throughput;
    private readonly Dictionary<string, Client> _clients = [];
    private readonly Queue<Client> _turns = [];   // of the clients that wait, each once
    private long _tokens;
    private int _running;
    private long _refused;

    public AdmissionQueue(RerankingServerOptions options, TimeProvider timeProvider)
    {
        // A tenth stays free: the rate varies, and what is let in should not take longer than all of MaxQueuedTokens do on average.
        _maxTokens = options.MaxQueuedTokens - (options.MaxQueuedTokens / 10);

        // Up to two thirds of the rest, whoever comes first gets in; a client alone gets no further. The last third is shared out among the clients, so that
        // one alone can't fill the queue for all, nor many of them the memory.
        _maxTokensOfOneClient = _maxTokens - (_maxTokens / 3);
        _maxRunning = options.MaxConcurrentRequests;
        _throughput = new ThroughputMeter(timeProvider);
    }

    /// <summary>Gets how many tokens wait or are under way.</summary>
    public long QueuedTokens
    {
        get
        {
            lock (_lock)
            {
                return _tokens;
            }
        }
    }

    /// <summary>Gets how many requests were refused so far, because the queue was full.</summary>
    public long RefusedRequests
    {
        get
        {
            lock (_lock)
            {
                return _refused;
            }
        }
    }

    /// <summary>Gets how many requests wait for their turn.</summary>
    public int WaitingRequests
    {
        get
        {
            lock (_lock)
            {
                return _clients.Values.Sum(static client => client.Waiting.Count(static place => !place.IsAbandoned));
            }
        }
    }

    /// <summary>Puts a request into the queue.</summary>
    /// <param name="clientName">Who asks.</param>
    /// <param name="tokens">How many tokens it has.</param>
    /// <returns>Its place, to wait on and to dispose.</returns>
    /// <exception cref="RerankRequestException">The queue is full.</exception>
    public Place Enter(string clientName, long tokens)
    {
        lock (_lock)
        {
            bool isKnown = _clients.TryGetValue(clientName, out Client? client);
            client ??= new Client(clientName);
            int clientCount = _clients.Count + (isKnown ? 0 : 1);

            bool isAccepted = _tokens == 0 || _tokens + tokens <= _maxTokensOfOneClient
                || (_tokens + tokens <= _maxTokens && client.Tokens + tokens <= (_maxTokens - _maxTokensOfOneClient) / clientCount);
            if (!isAccepted)
            {
                _refused++;
                throw Full(_tokens + tokens - _maxTokensOfOneClient);
            }

            _clients[clientName] = client;
            client.Tokens += tokens;
            _tokens += tokens;
            var place = new Place(this, client, tokens);
            if (_running < _maxRunning)
            {
                Start(place);
            }
            else
            {
                if (client.Waiting.Count == 0)
                {
                    _turns.Enqueue(client);
                }

                client.Waiting.Enqueue(place);
            }

            return place;
        }
    }

    private RerankRequestException Full(long surplus)
    {
        double seconds = _throughput.TokensPerSecond is > 0 and double rate ? Math.Clamp(Math.Ceiling(surplus / rate), 1, LongestRetrySeconds) : 1;
        return new RerankRequestException(StatusCodes.Status429TooManyRequests, string.Create(
            CultureInfo.InvariantCulture, $"The queue is full. Ask again in {seconds} s."))
        {
            RetryAfter = TimeSpan.FromSeconds(seconds),
        };
    }

    private void Start(Place place)
    {
        if (_running++ == 0)
        {
            _throughput.Begin();
        }

        place.Start();
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            _tokens -= place.Tokens;
            place.Client.Tokens -= place.Tokens;
            if (place.Client.Tokens == 0)
            {
                _clients.Remove(place.Client.Name);
            }

            if (!place.IsStarted)
            {
                place.IsAbandoned = true;   // whoever takes it out of the queue drops it
                return;
            }

            _running--;
            _throughput.Record(place.IsScored ? place.Tokens : 0);
            while (_running < _maxRunning && Next() is { } next)
            {
                Start(next);
            }
        }
    }

    private Place? Next()
    {
        while (_turns.TryDequeue(out Client? client))
        {
            while (client.Waiting.TryDequeue(out Place? place))
            {
                if (!place.IsAbandoned)
                {
                    if (client.Waiting.Count > 0)
                    {
                        _turns.Enqueue(client);
                    }

                    return place;
                }
            }
        }

        return null;
    }

    /// <summary>A request in the queue.</summary>
    public sealed class Place : IDisposable
    {
        private readonly AdmissionQueue _queue;
        private readonly TaskCompletionSource _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasLeft;

        public Place(AdmissionQueue queue, Client client, long tokens) => (_queue, Client, Tokens) = (queue, client, tokens);

        public Client Client { get; }

        public long Tokens { get; }

        public bool IsStarted { get; private set; }

        public bool IsAbandoned { get; set; }

        /// <summary>Gets or sets a value indicating whether its tokens were scored, so that they count for the throughput.</summary>
        public bool IsScored { get; set; }

        /// <summary>Waits until it is the request's turn.</summary>
        public Task WaitAsync(CancellationToken cancellationToken) => _start.Task.WaitAsync(cancellationToken);

        public void Dispose()
        {
            if (!_hasLeft)
            {
                _hasLeft = true;
                _queue.Leave(this);
            }
        }

        public void Start()
        {
            IsStarted = true;
            _start.SetResult();
        }
    }

    /// <summary>Who asks, and what of it is here.</summary>
    public sealed class Client(string name)
    {
        public string Name { get; } = name;

        public long Tokens { get; set; }

        public Queue<Place> Waiting { get; } = [];
    }
}
