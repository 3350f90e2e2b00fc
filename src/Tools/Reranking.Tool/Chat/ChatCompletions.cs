using System.Net.Http.Headers;
using System.Text.Json;

namespace Reranking.Tool.Chat;

/// <summary>Asks a chat model one thing at a time, and again where that may help. Texts of requests and answers are in no message.</summary>
internal sealed class ChatCompletions : IDisposable
{
    public const int Attempts = 6;

    private const int MaxAnswerBytes = 1 << 20;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(2);

    private readonly HttpClient _client;
    private readonly ChatSettings _settings;
    private readonly Uri _address;
    private int _requestCount;

    public ChatCompletions(ChatSettings settings)
    {
        _settings = settings;
        _address = new Uri($"{settings.Endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/')}/chat/completions{settings.Endpoint.Query}");
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,   // the passages are for this endpoint
            UseProxy = !settings.Endpoint.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = TimeSpan.FromMinutes(3),
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        if (settings.ApiKey is { } key)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Gets or sets how long to wait before the second attempt; it doubles with each further one.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets how many requests were sent.</summary>
    public int RequestCount => _requestCount;

    /// <summary>Asks the model.</summary>
    /// <param name="instructions">What it has to do.</param>
    /// <param name="text">What it has to do it with.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it answered.</returns>
    /// <exception cref="ToolException">The endpoint refuses the request, or fails again and again.</exception>
    public async Task<string> AskAsync(string instructions, string text, CancellationToken cancellationToken)
    {
        byte[] request = JsonSerializer.SerializeToUtf8Bytes(
            new ChatRequest(_settings.Model, [new("system", instructions), new("user", text)], _settings.Temperature), ChatJson.Default.ChatRequest);
        for (int attempt = 1; ; attempt++)
        {
            (string? answer, string problem, TimeSpan? wait) = await TryAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer is not null)
            {
                return answer;
            }

            if (attempt == Attempts)
            {
                throw new ToolException(
                    $"The chat endpoint {_settings.Name} failed {Attempts} times, at last with {problem}. "
                    + "What is done is kept: run the command again to resume.");
            }

            TimeSpan backoff = FirstDelay * Math.Pow(2, attempt - 1);
            TimeSpan delay = wait > backoff ? wait.Value : backoff;
            await Task.Delay(delay < LongestDelay ? delay : LongestDelay, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<(string? Answer, string Problem, TimeSpan? Wait)> TryAsync(byte[] request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requestCount);
        try
        {
            using var content = new ByteArrayContent(request);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await _client.PostAsync(_address, content, cancellationToken).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            if (status is 408 or 429 or >= 500)
            {
                return (null, $"status {status}", response.Headers.RetryAfter?.Delta);
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new ToolException(
                    $"The chat endpoint {_settings.Name} answered with status {status}; expected 200. Check Endpoint, Model and ApiKey of the section Chat.");
            }

            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            ChatAnswer? answer = JsonSerializer.Deserialize(body, ChatJson.Default.ChatAnswer);
            return answer?.Choices is [{ Message.Content: { Length: > 0 } text }, ..] ? (text, "", null) : (null, "an answer without a message", null);
        }
        catch (JsonException)
        {
            return (null, "an answer that is not the JSON of a chat completion", null);
        }
        catch (HttpRequestException exception)
        {
            // Its message can quote what the server sent.
            return (null, $"a failed connection ({exception.HttpRequestError})", null);
        }
        catch (IOException)
        {
            return (null, "an answer that ends within", null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer within {_client.Timeout.TotalMinutes:0} minutes", null);
        }
    }
}
