using Microsoft.Extensions.Configuration;

namespace Reranking.Live;

/// <summary>Notices configuration files that can't be read when they change: nobody is told by default, and no change is announced.</summary>
internal static class ConfigurationFiles
{
    /// <summary>Calls back when a file of a configuration can't be read.</summary>
    /// <param name="configuration">The configuration of the application, or <see langword="null"/>.</param>
    /// <param name="onError">Takes why, and the path of the file.</param>
    public static void WatchForErrors(IConfiguration? configuration, Action<Exception, string> onError)
    {
        foreach (IConfigurationProvider provider in (configuration as IConfigurationRoot)?.Providers ?? [])
        {
            if (provider is ChainedConfigurationProvider chained)
            {
                WatchForErrors(chained.Configuration, onError);
            }
            else if (provider is FileConfigurationProvider file)
            {
                Action<FileLoadExceptionContext>? previous = file.Source.OnLoadException;
                file.Source.OnLoadException = context =>
                {
                    onError(context.Exception, file.Source.Path ?? "");
                    previous?.Invoke(context);
                };
            }
        }
    }
}
