using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Reranking.Tool.Serving;

/// <summary>Scores that replicas share in Redis; without it each computes its own, and nothing waits for it.</summary>
internal static class SharedScores
{
    // A score is computed in milliseconds: whatever takes longer to look up is not worth it. What the user says comes after it, and holds.
    private const string Defaults = "abortConnect=false,asyncTimeout=250,syncTimeout=250,";

    /// <summary>Adds the caches that <c>UseCaching</c> takes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="redis">Hosts and options, as <c>redis:6379,password=...</c>.</param>
    /// <exception cref="ToolException">They cannot be read.</exception>
    public static void AddTo(IServiceCollection services, string redis)
    {
        ConfigurationOptions configuration = Parse(redis);
        configuration.BacklogPolicy = BacklogPolicy.FailFast;   // a server that is gone is a miss, not a queue
        services.AddStackExchangeRedisCache(cache =>
        {
            cache.ConfigurationOptions = configuration;
            cache.InstanceName = "rerank:";
        });
        services.AddHybridCache();
    }

    private static ConfigurationOptions Parse(string redis)
    {
        try
        {
            ConfigurationOptions configuration = ConfigurationOptions.Parse(Defaults + redis);
            if (configuration.EndPoints.Count > 0)
            {
                return configuration;
            }
        }
        catch (ArgumentException)
        {
            // It may hold a password, so the message of the exception stays here.
        }

        throw new ToolException("--redis cannot be read; expected hosts and options such as redis:6379,password=SECRET.", ExitCode.Usage);
    }
}
