using Microsoft.Extensions.Configuration;

namespace Reranking.Tool.Scoring;

/// <summary>The file of <c>--config</c>: the settings of an application.</summary>
internal static class SettingsFile
{
    /// <summary>Reads the file once.</summary>
    /// <exception cref="ToolException">It does not exist, or is not JSON.</exception>
    public static IConfigurationRoot Read(string file)
    {
        var configuration = new ConfigurationManager();
        AddTo(configuration, file, reloadOnChange: false);
        return configuration;
    }

    /// <summary>Adds the file to a configuration, which reads it at once and, if wanted, whenever it changes.</summary>
    /// <exception cref="ToolException">It does not exist, or is not JSON.</exception>
    public static void AddTo(ConfigurationManager configuration, string file, bool reloadOnChange)
    {
        string path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new ToolException($"--config is '{file}', which does not exist; expected a file such as appsettings.json.");
        }

        try
        {
            configuration.AddJsonFile(path, optional: false, reloadOnChange);
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"'{path}' is not JSON: {exception.InnerException?.Message ?? exception.Message}");
        }
    }
}
